// @vitest-environment happy-dom
import { signal } from '@preact/signals';
import { render } from 'preact';
import { act } from 'preact/test-utils';
import { afterEach, expect, it, vi } from 'vitest';
import { applyMessage, enterRoom } from '../../room/room.ts';
import type { Stay } from '../../stay/stay.ts';
import { strings } from '../../words/strings.ts';
import { useDoorNews } from './door-news.ts';

const ADA = { participant: 'pppppppppppppppppppp01', name: 'Ada', consent: true };
const ZOE = { participant: 'pppppppppppppppppppp02', name: 'Zoë', consent: true, host: true };

afterEach(() => render(null, document.body));

it.each([
  ['who is here', ZOE.participant, 'Zoë'],
  ['who is not known here', 'pppppppppppppppppppp09', strings.panel.host],
])('tells whom a host muted, also one %s', async (_, by, name) => {
  const room = applyMessage(enterRoom(ADA, 0), { target: 'joined', body: ZOE }, 1);
  const mutedBy = signal<{ by: string } | null>(null);
  const stay = { room: signal(room), mutedBy } as unknown as Stay;
  const toast = vi.fn();
  const News = () => {
    useDoorNews(stay, toast);
    return null;
  };
  await act(() => render(<News />, document.body));
  expect(toast).not.toHaveBeenCalled();
  await act(() => {
    mutedBy.value = { by };
  });
  expect(toast).toHaveBeenCalledWith(strings.door.mutedBy(name));
});
