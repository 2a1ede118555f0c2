// Small signs, told apart by their shape. Each is drawn around a point.
//
// Imports nothing.

export type Shape = "run" | "pause" | "done" | "failed" | "cancelled" | "wait" | "yield" | "pass" | "wake";

type Pen = CanvasRenderingContext2D;

const PATHS: Record<Shape, (pen: Pen, x: number, y: number) => "fill" | "stroke"> = {
  run(pen, x, y) {
    pen.moveTo(x - 3, y - 4.5);
    pen.lineTo(x + 4.5, y);
    pen.lineTo(x - 3, y + 4.5);
    pen.closePath();
    return "fill";
  },
  pause(pen, x, y) {
    pen.rect(x - 3, y - 4, 2, 8);
    pen.rect(x + 1, y - 4, 2, 8);
    return "fill";
  },
  done(pen, x, y) {
    pen.moveTo(x - 4, y);
    pen.lineTo(x - 1, y + 3.5);
    pen.lineTo(x + 4.5, y - 3.5);
    return "stroke";
  },
  failed(pen, x, y) {
    pen.moveTo(x - 3.5, y - 3.5);
    pen.lineTo(x + 3.5, y + 3.5);
    pen.moveTo(x + 3.5, y - 3.5);
    pen.lineTo(x - 3.5, y + 3.5);
    return "stroke";
  },
  cancelled(pen, x, y) {
    pen.arc(x, y, 4, 0, 2 * Math.PI);
    pen.moveTo(x - 2.8, y + 2.8);
    pen.lineTo(x + 2.8, y - 2.8);
    return "stroke";
  },
  wait(pen, x, y) {
    pen.arc(x, y, 2.5, 0, 2 * Math.PI);
    return "stroke";
  },
  yield(pen, x, y) {
    pen.moveTo(x, y - 3);
    pen.lineTo(x + 3, y);
    pen.lineTo(x, y + 3);
    pen.lineTo(x - 3, y);
    pen.closePath();
    return "stroke";
  },
  pass(pen, x, y) {
    pen.arc(x, y, 1.5, 0, 2 * Math.PI);
    return "fill";
  },
  wake(pen, x, y) {
    pen.moveTo(x, y - 11);
    pen.lineTo(x, y - 1);
    pen.moveTo(x - 2.5, y - 4);
    pen.lineTo(x, y - 1);
    pen.lineTo(x + 2.5, y - 4);
    return "stroke";
  },
};

/** Draws a sign; where `ground` is given, it stands on a disc of that colour. */
export function drawShape(pen: Pen, shape: Shape, x: number, y: number, colour: string, ground?: string): void {
  if (ground !== undefined) {
    pen.fillStyle = ground;
    pen.beginPath();
    pen.arc(x, y, shape === "wait" ? 4 : 6, 0, 2 * Math.PI);
    pen.fill();
  }
  pen.beginPath();
  const how = PATHS[shape](pen, x, y);
  if (how === "fill") {
    pen.fillStyle = colour;
    pen.fill();
  } else {
    pen.strokeStyle = colour;
    pen.lineWidth = 1.5;
    pen.stroke();
  }
}

const BY_STATE: Record<string, Shape> = {
  running: "run",
  done: "done",
  closed: "done",
  failed: "failed",
  cancelled: "cancelled",
};

export function shapeOfState(state: string): Shape {
  return BY_STATE[state] ?? "pause";
}
