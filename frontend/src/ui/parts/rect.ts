/** Rectangles on the page, in CSS pixels from the top left of what they lie in. */

/** A size in CSS pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A rectangle in CSS pixels; `x` and `y` are its upper left corner. */
export interface Rect extends Size {
  readonly x: number;
  readonly y: number;
}
