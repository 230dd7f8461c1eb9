/** A time limit for a request that works in every browser: Safari got `AbortSignal.any` late. */
export function abortAfter(ms: number, also?: AbortSignal): AbortSignal {
  const limit = new AbortController();
  const timer = setTimeout(() => {
    also?.removeEventListener('abort', follow); // the signal may live as long as a call
    limit.abort(new DOMException('', 'TimeoutError'));
  }, ms);
  const follow = () => {
    clearTimeout(timer);
    limit.abort(also?.reason);
  };
  if (also?.aborted) follow();
  else also?.addEventListener('abort', follow, { once: true });
  return limit.signal;
}
