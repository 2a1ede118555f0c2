// Contexts that save themselves and switch to one another: the example of the Linux manual's makecontext(3), which
// shows POSIX swapcontext. `transfer` is that switch: it saves the running coroutine and goes on in another.
import { coroutine, type Coroutine, transfer } from "corun";

const main = coroutine(function* main(): Coroutine.Body<never, void, void> {
  console.log("main: swapcontext(&uctx_main, &uctx_func2)");
  yield* transfer(uctxFunc2);
  console.log("main: exiting");
});

const func1 = coroutine(function* func1(): Coroutine.Body<never, void, void> {
  console.log("func1: started");
  console.log("func1: swapcontext(&uctx_func1, &uctx_func2)");
  yield* transfer(uctxFunc2);
  console.log("func1: returning");
  yield* transfer(uctxMain); // its uc_link: the context that goes on when this one is through
});

const func2 = coroutine(function* func2(): Coroutine.Body<never, void, void> {
  console.log("func2: started");
  console.log("func2: swapcontext(&uctx_func2, &uctx_func1)");
  yield* transfer(uctxFunc1);
  console.log("func2: returning");
  yield* transfer(uctxFunc1); // its uc_link
});

const uctxMain = main();
const uctxFunc1 = func1();
const uctxFunc2 = func2();

uctxMain.next();
