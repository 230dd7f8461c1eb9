/** A picture as a JPEG of a given size; in the capture worker, or in the page where that fails. */

const JPEG_QUALITY = 0.8;

export type Picture = HTMLVideoElement | VideoFrame | ImageBitmap;

/** Draws and encodes one picture at a time. */
export class JpegEncoder {
  #canvas: OffscreenCanvas | null = null;

  /** Has drawn the picture when it returns: only encoding takes longer. */
  encode(picture: Picture, width: number, height: number): Promise<Blob> {
    if (this.#canvas?.width !== width || this.#canvas.height !== height) {
      this.#canvas = new OffscreenCanvas(width, height);
    }
    const context = this.#canvas.getContext('2d', { alpha: false });
    if (!context) throw new Error('This browser cannot draw a camera picture.');
    context.drawImage(picture, 0, 0, width, height);
    return this.#canvas.convertToBlob({ type: 'image/jpeg', quality: JPEG_QUALITY });
  }
}
