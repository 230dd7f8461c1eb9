/** What runs a neural network; the worker gives onnxruntime's. */

/** Numbers in row-major order, and their shape. */
export interface Tensor {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

/** A network: its outputs, in its own order, of its one input. */
export interface Network {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  run(input: string, tensor: Tensor, outputs: readonly string[]): Promise<readonly Tensor[]>;
}
