// @vitest-environment happy-dom
import { signal } from '@preact/signals';
import { render } from 'preact';
import { act } from 'preact/test-utils';
import { afterEach, expect, it, vi } from 'vitest';
import { applyRoster, enterRoom } from '../../room/room.ts';
import { ApiError } from '../../wire/api.ts';
import { strings } from '../../words/strings.ts';
import type { CallContext } from '../parts/call-context.ts';
import { HostActions } from './host-tools.tsx';

const ADA = { participant: 'pppppppppppppppppppp01', name: 'Ada', consent: true, host: true };
const ZOE = { participant: 'pppppppppppppppppppp02', name: 'Zoë', consent: true };

afterEach(() => render(null, document.body));

it.each([
  ['host-named', [strings.refused['host-named']]],
  ['unknown-participant', []], // they are gone, not we
])('a refusal with %s is told so', async (code, told) => {
  const roster = { participants: [ADA, ZOE], mode: 'open' } as const;
  const room = applyRoster(enterRoom(ADA, 0), roster, 1, 1);
  const nameHost = async () => {
    throw new ApiError(409, code, '');
  };
  const toast = vi.fn();
  const context = { stay: { room: signal(room), hosting: { nameHost } }, toast };
  const person = room.people.get(ZOE.participant) ?? expect.fail('nobody');
  render(
    <HostActions person={person} context={context as unknown as CallContext} />,
    document.body,
  );
  const button = document.querySelector<HTMLElement>('[aria-label^="Make"]');
  await act(async () => button?.click());
  expect(toast.mock.calls.flat()).toEqual(told);
});
