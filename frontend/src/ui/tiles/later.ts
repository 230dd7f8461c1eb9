/** What the tiles begin without, and have a moment later. */
export { OwnTools } from './own-tools.tsx';
export { ScreenTile } from './screen-tile.tsx';
