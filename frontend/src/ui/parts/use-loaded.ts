import { useEffect, useState } from 'preact/hooks';

const RETRY = 5_000; // ms

/** What a call can begin without, once its code has come: it is asked for until it does. */
export function useLoaded<T>(load: () => Promise<T>): T | null {
  const [loaded, setLoaded] = useState<{ readonly code: T } | null>(null);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let over = false;
    const tryNow = () => {
      load().then(
        (code) => {
          if (!over) setLoaded({ code });
        },
        () => {
          if (!over) timer = setTimeout(tryNow, RETRY);
        },
      );
    };
    tryNow();
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [load]);
  return loaded?.code ?? null;
}
