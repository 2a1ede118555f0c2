# One send and yield of a CPython generator. Arguments: count, repetitions. Prints JSON: ns each, a figure a repetition.
import json
import sys
from time import perf_counter_ns


def echo():
    heard = yield
    while True:
        heard = yield heard


def run(count):
    generator = echo()
    next(generator)
    send = generator.send
    start = perf_counter_ns()
    for i in range(count):
        send(i)
    return (perf_counter_ns() - start) / count


count, repetitions = int(sys.argv[1]), int(sys.argv[2])
run(count)
print(json.dumps({"figures": [run(count) for _ in range(repetitions)]}))
