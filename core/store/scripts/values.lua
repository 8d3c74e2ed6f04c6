-- library: args
-- The time, and values.

-- The keys after the first shared ones are those of the calls that a script carries out, one
-- after the other; before is how many of them belong to calls before the present one
-- (each.lua).
local shared, before = 0, 0
local function key()
  local i = int()
  return KEYS[i > shared and i + before or i]
end
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
