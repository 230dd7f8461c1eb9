import { expect, it } from 'vitest';
import { Strain } from './strain.ts';

it('reads slower the longer reading takes, at most four times', () => {
  const strain = new Strain({});
  const factors = [15, 80, 160, 5_000].map((ms) => {
    strain.took(ms);
    return strain.factor;
  });
  expect(factors).toEqual([1, 1, 2, 4]);
});

it('reads slower on a hot machine, where the browser says so', () => {
  let hear: (records: readonly object[]) => void = () => undefined;
  class PressureObserver {
    constructor(heard: typeof hear) {
      hear = heard;
    }
    async observe() {}
    disconnect() {}
  }
  const strain = new Strain({ PressureObserver });
  hear([{ state: 'critical' }, { state: 'serious' }]);
  expect(strain.factor).toBe(2);
  hear([{ state: 'nominal' }]);
  expect(strain.factor).toBe(1);
});
