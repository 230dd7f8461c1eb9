/** Networks run by onnxruntime's WebAssembly, on this thread alone. */
import { env, InferenceSession, Tensor as OnnxTensor } from 'onnxruntime-web/wasm';
import type { Network, Tensor } from './network.ts';

/** Prepares the runtime: its compiled code, and the address of the module that starts it. */
export function useRuntime(code: ArrayBuffer, starter?: string): void {
  env.wasm.numThreads = 1; // more would need headers that keep other sites' files out of the page
  env.wasm.wasmBinary = code;
  env.logLevel = 'error';
  if (starter) env.wasm.wasmPaths = { mjs: starter };
}

/** The network in an ONNX file. */
export async function loadNetwork(file: Uint8Array): Promise<Network> {
  const session = await InferenceSession.create(file, { executionProviders: ['wasm'] });
  return {
    inputs: session.inputNames,
    outputs: session.outputNames,
    async run(input, tensor, outputs) {
      const given = new OnnxTensor('float32', tensor.data, [...tensor.shape]);
      const answers = await session.run({ [input]: given }, [...outputs]);
      return outputs.map((name): Tensor => {
        const answer = answers[name];
        if (!(answer?.data instanceof Float32Array)) throw new Error(`no output ${name}`);
        return { data: answer.data, shape: answer.dims };
      });
    },
  };
}
