/** A face that was found in a picture: `functions/reader/found.py`. */
import type { PixelBox } from './pixels.ts';

/** x and y, in pixels. */
export type Place = readonly [number, number];

/**
 * One face. Its points are, from the left of the picture for an upright face: eye, eye, nose, mouth
 * corner, mouth corner. `score` is the detector's; `aspect` the face's own width by its height.
 */
export interface FoundFace {
  readonly box: PixelBox;
  readonly points: readonly [Place, Place, Place, Place, Place];
  readonly score: number;
  readonly aspect: number;
}

/** The box's longer side, in pixels. */
export function sideOf({ box }: FoundFace): number {
  return Math.max(box[2], box[3]);
}

/** The middle of the box. */
export function middleOf({ box: [left, top, width, height] }: FoundFace): Place {
  return [left + width / 2, top + height / 2];
}

/** Degrees by which the line of the eyes is turned clockwise, -180 to 180. */
export function rollOf({ points: [eye, other] }: FoundFace): number {
  return (Math.atan2(other[1] - eye[1], other[0] - eye[0]) * 180) / Math.PI;
}

/**
 * A face found in a turned picture, at its place in the unturned one; its box there is the square
 * of its longer side.
 *
 * `degrees` is the anticlockwise turn. `seen` is the turn's centre in the turned picture, `whole`
 * the same point in the unturned one. One pixel of the turned picture is `scale` pixels of the
 * other.
 */
export function turnedBack(
  face: FoundFace,
  degrees: number,
  seen: Place,
  whole: Place,
  scale: number,
): FoundFace {
  const angle = (degrees * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const back = ([x, y]: Place): Place => {
    const [dx, dy] = [x - seen[0], y - seen[1]];
    return [(dx * cos - dy * sin) * scale + whole[0], (dx * sin + dy * cos) * scale + whole[1]];
  };
  const side = sideOf(face) * scale;
  const [x, y] = back(middleOf(face));
  return {
    box: [x - side / 2, y - side / 2, side, side],
    points: face.points.map(back) as unknown as FoundFace['points'],
    score: face.score,
    aspect: face.aspect,
  };
}

/** The faces by the area of their boxes. */
export function largestFirst(faces: readonly FoundFace[]): FoundFace[] {
  const area = ({ box }: FoundFace) => box[2] * box[3];
  return [...faces].sort((a, b) => area(b) - area(a));
}
