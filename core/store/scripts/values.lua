-- library:
-- Arguments and values.
--
-- Arguments are taken from the front, in the order that each script's comment
-- gives them. The first is always now, in ms; 0 means the server's clock.
-- Whole numbers are passed and stored as decimal strings, and written with str():
-- Lua itself would turn 1781234567890123 into 1.7812345678901e+15.
-- Scripts take every argument and make every check before their first write,
-- because what a script has written is kept if it fails later.
local taken = 0
local function arg()
  taken = taken + 1
  return ARGV[taken]
end
local function int() return tonumber(arg()) end
local function key() return KEYS[int()] end
local function str(n) return string.format('%.0f', n) end
local function num(s) return tonumber(s or 0) or 0 end

local now = int()
if now == 0 then
  local t = redis.call('TIME')
  now = tonumber(t[1]) * 1000 + math.floor(tonumber(t[2]) / 1000)
end

-- fields turns {name, value, name, value} into a table by name.
local function fields(flat)
  local t = {}
  for i = 1, #flat, 2 do t[flat[i]] = flat[i + 1] end
  return t
end

-- flat turns a table by name into {name, value, name, value}.
local function flat(t)
  local out = {}
  for name, value in pairs(t) do
    out[#out + 1] = name
    out[#out + 1] = value
  end
  return out
end

local function score(set, member) return tonumber(redis.call('ZSCORE', set, member) or nil) end
