import type { TargetedMouseEvent } from 'preact';

type Press = (event: TargetedMouseEvent<HTMLButtonElement>) => void;

/** A button that cannot be pressed for now. It keeps the focus, which `disabled` would take from it. */
export function pressable(
  can: boolean,
  press: Press,
): { readonly 'aria-disabled': boolean; readonly onClick: Press } {
  return { 'aria-disabled': !can, onClick: can ? press : () => {} };
}
