// Mouse, pen, fingers and wheel on the timeline.
//
// Imports nothing.

/** What is done there. Places are in pixels, from the left upper corner. */
export interface Ground {
  choose(x: number, y: number): void;
  hover(x: number, y: number): void;
  leave(): void;
  zoomAt(by: number, x: number): void;
  drag(byX: number, byY: number): void;
  isOnNames(x: number): boolean;
}

interface Point {
  x: number;
  y: number;
}

/** A press that moves less than this is a click. */
const STILL = 4;

export function listen(element: HTMLElement, ground: Ground): void {
  const down = new Map<number, Point>();
  let moved = 0;
  const at = (event: MouseEvent): Point => {
    const box = element.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };

  element.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    if (down.size === 0) moved = 0;
    down.set(event.pointerId, at(event));
    element.setPointerCapture(event.pointerId);
  });

  element.addEventListener("pointermove", (event) => {
    const now = at(event);
    const before = down.get(event.pointerId);
    if (before === undefined) {
      if (event.pointerType === "mouse") ground.hover(now.x, now.y);
      return;
    }
    ground.leave();
    const byX = now.x - before.x;
    const byY = now.y - before.y;
    moved += Math.abs(byX) + Math.abs(byY);
    if (down.size === 1 && moved < STILL) return;
    const other = [...down].find(([id]) => id !== event.pointerId)?.[1];
    down.set(event.pointerId, now);
    if (other === undefined) {
      // A finger that moves up or down scrolls, which the browser does.
      ground.drag(byX, event.pointerType === "mouse" ? byY : 0);
      return;
    }
    const width = Math.max(20, Math.abs(before.x - other.x));
    const centre = (now.x + other.x) / 2;
    ground.drag(byX / 2, 0);
    ground.zoomAt(Math.max(20, Math.abs(now.x - other.x)) / width, centre);
  });

  element.addEventListener("pointerup", (event) => {
    const start = down.get(event.pointerId);
    down.delete(event.pointerId);
    if (start !== undefined && moved < STILL && down.size === 0) ground.choose(start.x, start.y);
  });
  element.addEventListener("pointercancel", (event) => down.delete(event.pointerId));
  element.addEventListener("pointerleave", () => ground.leave());

  element.addEventListener(
    "wheel",
    (event) => {
      const { x } = at(event);
      const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
      const sideways = event.shiftKey && event.deltaX === 0 ? event.deltaY : event.deltaX;
      // Over the names the wheel scrolls, as there is nothing to zoom.
      if (ground.isOnNames(x) && !event.ctrlKey) return;
      event.preventDefault();
      if (Math.abs(sideways) > Math.abs(event.deltaY) || event.shiftKey) ground.drag(-sideways * lines, 0);
      else ground.zoomAt(Math.exp((-event.deltaY * lines) / (event.ctrlKey ? 120 : 400)), x);
    },
    { passive: false },
  );
}
