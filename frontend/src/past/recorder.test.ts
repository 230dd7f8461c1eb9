import { signal } from '@preact/signals';
import { expect, it, vi } from 'vitest';
import messages from '../../../tests/contract/messages.json';
import { applyMessage, correct, enterRoom } from '../room/room.ts';
import { parseHubMessage } from '../wire/messages.ts';
import { Recorder } from './recorder.ts';

const ADA = { participant: messages.reading.participant, name: 'Ada', consent: true };

it('records from its making until it is stopped; what was forgotten does not come back', () => {
  const room = signal(enterRoom(ADA, 0));
  const recorder = new Recorder({ room, hasVideo: () => true, now: () => 1 });
  const hear = (frame: string) => {
    const message = parseHubMessage('reading', { ...messages.reading, frame });
    if (message) room.value = applyMessage(room.value, message, 1);
  };
  const frames = () => recorder.own.value.map((one) => one.frame);
  hear('1763834400001');
  hear('1763834400002');
  expect(frames()).toEqual(['1763834400001', '1763834400002']);
  expect(recorder.history.value.strips.get(ADA.participant)).toHaveLength(2);
  const said = {
    participant: ADA.participant,
    frame: '1763834400002',
    expression: 'fear',
  } as const;
  room.value = correct(room.value, said);
  expect(recorder.own.value.map(({ correction }) => correction)).toEqual([null, 'fear']);
  recorder.forgetSelf();
  room.value = { ...room.value };
  expect(frames()).toEqual([]);
  expect(recorder.history.value.strips.get(ADA.participant) ?? []).toEqual([]);
  hear('1763834400003');
  expect(frames()).toEqual(['1763834400003']);
  recorder.stop();
  hear('1763834400004');
  expect(frames()).toEqual(['1763834400003']);
});

it('tells of nothing when a camera or a list says again what it said', () => {
  const room = signal(enterRoom(ADA, 0));
  const camera = signal({ on: true });
  const ports = { room, hasVideo: () => camera.value.on, now: () => 1 };
  const recorder = new Recorder(ports);
  const message = parseHubMessage('reading', messages.reading);
  if (message) room.value = applyMessage(room.value, message, 1);
  const told = vi.fn();
  recorder.history.subscribe(told);
  room.value = { ...room.value };
  camera.value = { on: true };
  expect(told).toHaveBeenCalledTimes(1);
  recorder.stop();
});
