-- One resume and yield of a Lua coroutine. Arguments: count, repetitions. Prints JSON: ns each, a figure a repetition.
local count, repetitions = tonumber(arg[1]), tonumber(arg[2])

local function run()
  local resume, yield, sum = coroutine.resume, coroutine.yield, 0
  local echo = coroutine.create(function(heard)
    while true do heard = yield(heard) end
  end)
  local start = os.clock()
  for i = 1, count do
    local _, said = resume(echo, i)
    sum = sum + said
  end
  return (os.clock() - start) / count * 1e9
end

run()
local figures = {}
for i = 1, repetitions do figures[i] = string.format("%.3f", run()) end
print('{"figures": [' .. table.concat(figures, ", ") .. "]}")
