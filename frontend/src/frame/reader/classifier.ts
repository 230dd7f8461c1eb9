/** What expression a face shows: `functions/reader/classifier.py`, with the same sidecar beside its network. */
import { EXPRESSIONS, type Expression } from '../../wire/contract.ts';
import { closer, mirrored } from './crop.ts';
import type { Network } from './network.ts';
import type { Pixels } from './pixels.ts';

/** The sidecar's values; the Python module explains each. */
export interface Sidecar {
  readonly labels: readonly Expression[];
  readonly inputName: string;
  readonly size: number;
  readonly channels: 1 | 3;
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
  readonly crop: number;
  readonly output: string;
  readonly softmax: boolean;
  readonly mirrorBelow: number;
  readonly closer: number;
  readonly unsureBelow: number;
}

/** The sidecar's JSON object as the functions take it, with their defaults. */
export function parseSidecar(value: Readonly<Record<string, unknown>>): Sidecar {
  const input = (value['input'] ?? {}) as Readonly<Record<string, unknown>>;
  const list = (given: unknown) => (Array.isArray(given) ? given : [given]).map(Number);
  return {
    labels: (value['labels'] ?? EXPRESSIONS) as readonly Expression[],
    inputName: String(input['name'] ?? 'face'),
    size: Number(input['size'] ?? 48),
    channels: input['channels'] === 3 ? 3 : 1,
    mean: list(input['mean'] ?? 0),
    deviation: list(input['deviation'] ?? 1),
    crop: Number(input['crop'] ?? 1),
    output: String(value['output'] ?? 'scores'),
    softmax: value['softmax'] === true,
    mirrorBelow: Number(value['mirror_below'] ?? 0),
    closer: Number(value['closer'] ?? 1),
    unsureBelow: Number(value['unsure_below'] ?? 0),
  };
}

/** A score for each expression, in the order of `EXPRESSIONS`. */
export type Scores = readonly number[];

/** Scores face crops. */
export class ExpressionClassifier {
  readonly sidecar: Sidecar;
  readonly #network: Network;

  constructor(network: Network, sidecar: Sidecar) {
    this.#network = network;
    this.sidecar = sidecar;
  }

  /**
   * The scores of each crop, summing to 1. Crops have the sidecar's `size` × `size` pixels and its
   * channels. Rejects if the network lacks the sidecar's output.
   */
  async scores(crops: readonly Pixels[]): Promise<Scores[]> {
    const { labels, mirrorBelow, closer: scale } = this.sidecar;
    const given = await this.#look(crops);
    // One look that leaves doubt is worth a second: at the mirror image, and closer.
    const doubtful = crops
      .map((_, face) => face)
      .filter((face) => Math.max(...(given[face] ?? [])) < mirrorBelow);
    if (doubtful.length > 0) {
      const again = doubtful.map((face) => closer(mirrored(crops[face] as Pixels), scale));
      for (const [at, second] of (await this.#look(again)).entries()) {
        const face = doubtful[at] as number;
        given[face] = (given[face] ?? []).map((score, label) => (score + (second[label] ?? 0)) / 2);
      }
    }
    return given.map((row) =>
      EXPRESSIONS.map((expression) => row[labels.indexOf(expression)] ?? 0),
    );
  }

  /** The network's scores, in the network's own order. */
  async #look(crops: readonly Pixels[]): Promise<number[][]> {
    const { size, channels, inputName, output, softmax } = this.sidecar;
    const plane = size * size;
    const data = new Float32Array(crops.length * channels * plane);
    for (const [face, picture] of crops.entries()) {
      for (let channel = 0; channel < channels; channel++) {
        const mean = ofChannel(this.sidecar.mean, channel);
        const deviation = ofChannel(this.sidecar.deviation, channel);
        const to = (face * channels + channel) * plane;
        for (let at = 0; at < plane; at++) {
          const value = picture.data[at * channels + channel] as number;
          data[to + at] = (value - mean) / deviation;
        }
      }
    }
    const shape = [crops.length, channels, size, size];
    const [scores] = await this.#network.run(inputName, { data, shape }, [output]);
    if (!scores) throw new Error('The classifier has no such output.');
    const labels = scores.data.length / crops.length;
    return crops.map((_, face) => {
      const row = [...scores.data.subarray(face * labels, (face + 1) * labels)];
      return softmax ? distribution(row) : row;
    });
  }
}

function ofChannel(values: readonly number[], channel: number): number {
  return values[values.length === 1 ? 0 : channel] ?? 0;
}

function distribution(logits: readonly number[]): number[] {
  const most = Math.max(...logits);
  const powers = logits.map((logit) => Math.exp(logit - most));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}
