// One resume and yield by swapcontext, so two switches. Arguments: count, repetitions. Prints JSON: ns each, a figure a repetition.
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <ucontext.h>

static ucontext_t main_context, echo_context;
static volatile long passed;
static char stack[64 * 1024];

static void echo(void) {
  for (;;) {
    passed++;
    swapcontext(&echo_context, &main_context);
  }
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1e9 + time.tv_nsec;
}

static double run(long count) {
  double start = now();
  for (long i = 0; i < count; i++) swapcontext(&main_context, &echo_context);
  return (now() - start) / count;
}

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  long count = atol(argv[1]), repetitions = atol(argv[2]);
  getcontext(&echo_context);
  echo_context.uc_stack.ss_sp = stack;
  echo_context.uc_stack.ss_size = sizeof stack;
  makecontext(&echo_context, echo, 0);
  run(count);
  printf("{\"figures\": [");
  for (long i = 0; i < repetitions; i++) printf("%s%.3f", i ? ", " : "", run(count));
  printf("]}\n");
}
