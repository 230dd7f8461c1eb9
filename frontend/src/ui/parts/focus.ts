/** For a button that goes when it is pressed: the page's heading gets the focus, so none is lost. */
export function focusHeading({ currentTarget }: { readonly currentTarget: HTMLElement }): void {
  currentTarget.ownerDocument.querySelector('h1')?.focus();
}
