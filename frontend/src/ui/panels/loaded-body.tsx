import type { FunctionComponent } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { strings } from '../../words/strings.ts';
import type { CallContext } from '../parts/call-context.ts';

const PATIENCE = 8_000; // ms; what takes longer is offered to be tried again

type Body = FunctionComponent<CallContext>;

const bodies: (() => Promise<Body>)[] = [];

/** Loads them all now: after a deployment a page that is open finds its files gone. */
export function loadBodies(): void {
  // If one did not load, its panel says so and offers another try.
  for (const load of bodies) load().catch(() => undefined);
}

/** The body of a panel whose code is loaded when it is opened first: not everybody opens it. */
export function loadedBody(load: () => Promise<Body>): Body {
  bodies.push(load);
  let loaded: Body | null = null;
  return (context) => {
    const [state, setState] = useState<'loading' | 'loaded' | 'failed'>('loading');
    useEffect(() => {
      if (state !== 'loading') return;
      let current = true;
      const done = (body: Body) => {
        loaded = body;
        setState('loaded');
      };
      const fail = () => {
        if (current) setState('failed');
      };
      const timer = setTimeout(fail, PATIENCE);
      load().then(done, fail);
      return () => {
        current = false;
        clearTimeout(timer);
      };
    }, [state]);
    if (loaded) {
      const Loaded = loaded;
      return <Loaded {...context} />;
    }
    if (state !== 'failed') {
      return (
        <p class="panel-hint loading" role="status" key="loading">
          {strings.lobby.busy}
        </p>
      );
    }
    return (
      <>
        <p class="panel-hint" role="alert" key="failed">
          {strings.panel.notLoaded}
        </p>
        <button
          type="button"
          onClick={() => {
            reloadStyles();
            setState('loading');
          }}
        >
          {strings.notice.tryAgain}
        </button>
      </>
    );
  };
}

/** Asks again for the style sheets that did not come: an import does so for its code alone. */
function reloadStyles(): void {
  for (const link of document.querySelectorAll<HTMLLinkElement>('link[rel=stylesheet]')) {
    if (!hasCome(link)) link.replaceWith(link.cloneNode());
  }
}

function hasCome({ sheet }: HTMLLinkElement): boolean {
  try {
    return sheet !== null && sheet.cssRules.length > 0;
  } catch {
    return false; // Chromium keeps a closed one for what failed
  }
}
