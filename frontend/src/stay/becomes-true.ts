import type { ReadonlySignal } from '@preact/signals';

/** Resolves once `state` is true, or after `timeout` ms. */
export async function becomesTrue(state: ReadonlySignal<boolean>, timeout: number): Promise<void> {
  let dispose = () => {};
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, timeout);
    dispose = state.subscribe((value) => {
      if (!value) return;
      clearTimeout(timer);
      resolve();
    });
  });
  dispose();
}
