-- library:
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
local function str(n) return string.format('%.0f', n) end
