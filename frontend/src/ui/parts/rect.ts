/** Rectangles on the page, in CSS pixels from the top left of what they lie in. */

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Rect extends Size {
  readonly x: number;
  readonly y: number;
}
