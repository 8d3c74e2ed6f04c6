-- A library: arguments and values.
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
-- A library: which server this is.

local function info(section, field)
  local text = redis.pcall('INFO', section)
  return type(text) == 'string' and string.match(text, '\n' .. field .. ':([^\r\n]*)') or ''
end

-- identity returns what changes when the server starts again and when another becomes
-- the master, '' if the server doesn't say. Either may have lost the latest writes.
local function identity()
  local run = info('server', 'run_id')
  return run == '' and '' or run .. '/' .. info('replication', 'master_replid')
end

-- began returns since when at the latest the server has had its identity. It says when it
-- started, but not when it became the master.
local function began()
  local up = tonumber(info('server', 'uptime_in_seconds'))
  if not up or info('replication', 'second_repl_offset') ~= '-1' then return now end
  return now - up * 1000
end
-- uses: values server
-- Takes the number of the next risk, unless a risk like it has just got one. Or reserves
-- a block of numbers.
-- KEYS  last, op, alike, block
-- ARGV  now, ms to keep the op, ms to keep alike, 1 to file it even if there is one
--       like it, size of a block or 0, the number up to which the block is safe, the
--       server on which it is, reserve (0/1)
-- Answer: ok, number, 0, numbers left in the block; ok, the op's own number or 0, the
--         number of the one like it, ms since it got that; or ok, 0, 0 if a block must
--         be reserved. To reserve: ok, the number up to which the block is reserved, server
--
-- The block is a hash: upto (reserved), safe (reserved, and no crash can take that back),
-- id (the server that says so). No number above safe is given out. So after a crash every
-- number that was given out is at most upto, whatever became of last.
local kept, like, again, size = int(), int(), arg(), int()
local safe, safe_id, reserve = int(), arg(), arg() == '1'
local n, other = redis.call('GET', KEYS[2]), redis.call('GET', KEYS[3])
if not reserve and other and other ~= n and again ~= '1' then
  return { 'ok', n or '0', other, str(like - redis.call('PTTL', KEYS[3])) }
end

if reserve or not n then
  local b, id = fields(redis.call('HGETALL', KEYS[4])), identity()
  local last = num(redis.call('GET', KEYS[1]))
  if b.id and b.id ~= id then
    if num(b.upto) > last then
      last = num(b.upto)
      redis.call('SET', KEYS[1], str(last))
    end
    b.safe = nil
    redis.call('HSET', KEYS[4], 'id', id, 'safe', '0')
  end
  if reserve then
    local upto = str(math.max(num(b.upto), last + size))
    redis.call('HSET', KEYS[4], 'upto', upto, 'id', id)
    return { 'ok', upto, id }
  end
  if safe_id == id and safe > num(b.safe) then
    b.safe = safe
    redis.call('HSET', KEYS[4], 'safe', str(safe))
  end
  if size > 0 and last >= num(b.safe) then return { 'ok', '0', '0' } end
  n = str(redis.call('INCR', KEYS[1]))
  redis.call('SET', KEYS[2], n, 'PX', str(kept))
end
redis.call('SET', KEYS[3], n, 'PX', str(like))
return { 'ok', n, '0', str(num(redis.call('HGET', KEYS[4], 'safe')) - num(redis.call('GET', KEYS[1]))) }
