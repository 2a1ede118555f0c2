-- What of the suite `together` coroutines alone can do: Lua has no scheduler and no channels, so the loop that resumes
-- them stands here. Arguments: program, its argument, repetitions, milliseconds of one repetition, limit in
-- milliseconds. Measures as run.mjs does, and prints the same JSON.
local name, argument = arg[1], tonumber(arg[2])
local repetitions, milliseconds, limit = tonumber(arg[3]), tonumber(arg[4]), tonumber(arg[5])

local create, resume, yield = coroutine.create, coroutine.resume, coroutine.yield

local WORKERS, GROUP = 503, 1000

local function check(got, expected)
  if got ~= expected then error("got " .. tostring(got) .. " instead of " .. tostring(expected)) end
end

local function yielder(times)
  for _ = 1, times do yield() end
end

-- Each program gives how many operations it did.
local programs = {}

function programs.switch(count)
  local times = math.ceil(count / argument)
  local tasks = {}
  for i = 1, argument do tasks[i] = create(yielder) end
  for _ = 1, times do
    for i = 1, argument do resume(tasks[i], times) end
  end
  return argument * times
end

-- The loop hands the token on, since a coroutine cannot resume the next one without growing the stack.
function programs.ring(count)
  local hops = math.max(count, 20 * WORKERS)
  local ring = {}
  for i = 1, WORKERS do
    ring[i] = create(function(token)
      while true do token = yield(token - 1) end
    end)
  end
  local token, at = hops, 1
  while token > 0 do
    local _
    _, token = resume(ring[at], token)
    at = at % WORKERS + 1
  end
  check(at, hops % WORKERS + 1)
  return hops
end

local function nest(levels, times)
  if levels > 0 then return nest(levels - 1, times) + 1 end
  yielder(times)
  return 0
end

function programs.deep(count)
  local one = create(nest)
  for _ = 1, count do resume(one, argument, count) end
  return count
end

local function park(tasks)
  local kept = {}
  for i = 1, GROUP + tasks do kept[i] = false end
  local function fill(first, last)
    for i = first, last do
      kept[i] = create(yielder)
      resume(kept[i], 1)
    end
    collectgarbage()
    collectgarbage()
    return collectgarbage("count") * 1024
  end
  local before = fill(1, GROUP)
  return (fill(GROUP + 1, GROUP + tasks) - before) / tasks
end

local function time(count)
  local start = os.clock()
  local done = programs[name](count)
  local took = os.clock() - start
  return took, took / done * 1e9
end

local function measure()
  if name == "bytes" then return { park(argument) } end
  local started, fitting = os.clock(), 64
  local took, each = time(fitting)
  while took < milliseconds / 1e3 and fitting < 2 ^ 30 do
    fitting = fitting * 2
    took, each = time(fitting)
  end
  local figures = {}
  while #figures < repetitions and (os.clock() - started) * 1e3 < limit do
    took, each = time(fitting)
    figures[#figures + 1] = each
  end
  if #figures == 0 then figures[1] = each end
  return figures
end

local figures = measure()
for i, figure in ipairs(figures) do figures[i] = string.format("%.3f", figure) end
print('{"figures": [' .. table.concat(figures, ", ") .. "]}")
