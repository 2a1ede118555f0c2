// One resume and yield of a Boost.Context fiber. Arguments: count, repetitions. Prints JSON: ns each, a figure a repetition.
#include <boost/context/fiber.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace ctx = boost::context;

static volatile long passed;

static double run(long count) {
  ctx::fiber echo{[](ctx::fiber &&back) {
    for (;;) {
      passed = passed + 1;
      back = std::move(back).resume();
    }
    return std::move(back);
  }};
  auto start = std::chrono::steady_clock::now();
  for (long i = 0; i < count; i++) echo = std::move(echo).resume();
  return std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - start).count() / count;
}

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  long count = std::atol(argv[1]), repetitions = std::atol(argv[2]);
  run(count);
  std::printf("{\"figures\": [");
  for (long i = 0; i < repetitions; i++) std::printf("%s%.3f", i ? ", " : "", run(count));
  std::printf("]}\n");
}
