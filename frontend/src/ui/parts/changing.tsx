/**
 * Text that changes, in an element of its own for each value.
 *
 * A browser that translates a page puts elements of its own in the place of text nodes. What a text
 * node is changed to after that is seen by nobody: the old words would stand beside a new emoji. So
 * what changes is replaced with its element, whoever owns what is in it by then.
 */
export function Changing({ children }: { children: string | false | null | undefined }) {
  return children ? <span key={children}>{children}</span> : null;
}
