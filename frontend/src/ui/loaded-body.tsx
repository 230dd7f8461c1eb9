import type { FunctionComponent } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { strings } from '../strings.ts';
import type { CallContext } from './call-context.ts';

type Body = FunctionComponent<CallContext>;

/** The body of a panel whose code is loaded when it is opened first: not everybody opens it. */
export function loadedBody(load: () => Promise<Body>): Body {
  let loaded: Body | null = null;
  return (context) => {
    const [state, setState] = useState<'loading' | 'loaded' | 'failed'>('loading');
    useEffect(() => {
      if (state !== 'loading') return;
      const done = (body: Body) => {
        loaded = body;
        setState('loaded');
      };
      load().then(done, () => setState('failed'));
    }, [state]);
    if (loaded) {
      const Loaded = loaded;
      return <Loaded {...context} />;
    }
    if (state !== 'failed') {
      return (
        <p class="panel-hint" aria-busy="true">
          {strings.lobby.busy}
        </p>
      );
    }
    return (
      <>
        <p class="panel-hint">{strings.panel.notLoaded}</p>
        <button type="button" onClick={() => setState('loading')}>
          {strings.notice.tryAgain}
        </button>
      </>
    );
  };
}
