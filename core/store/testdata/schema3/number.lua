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
-- library: args
-- The time, and values.
local function key() return KEYS[int()] end
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
-- library: values
-- Which server this is.

local function info(section, field)
  local text = redis.pcall('INFO', section)
  return type(text) == 'string' and string.match(text, '\n' .. field .. ':([^\r\n]*)') or ''
end

-- identity returns what changes when the server starts again and when another becomes
-- the master, '' if the server doesn't say. Either may have lost the latest writes. known is
-- what it was before, or nil. A master gets a new master_replid in both cases, so if that is
-- the same, the rest needn't be asked for.
local function identity(known)
  local replid = info('replication', 'master_replid')
  if known and string.find(replid, '[^0]') and string.sub(known, -#replid - 1) == '/' .. replid then return known end
  local run = info('server', 'run_id')
  return run == '' and '' or run .. '/' .. replid
end

-- began returns since when at the latest the server has had its identity. It says when it
-- started, but not when it became the master.
local function began()
  local up = tonumber(info('server', 'uptime_in_seconds'))
  if not up or info('replication', 'second_repl_offset') ~= '-1' then return now end
  return now - up * 1000
end
-- uses: values server
-- Takes the numbers of the next risks, unless a risk like one of them has just got its own.
-- Or reserves a block of numbers.
-- KEYS  last, block, n x (op, alike)
-- ARGV  now, ms to keep an op, ms to keep alike, size of a block or 0, the number up to
--       which the block is safe, the server on which it is, reserve (0/1), since,
--       n x (1 to file it even if there is one like it)
-- Answer: ok, n x {number, 0, numbers left in the block; or the op's own number or 0, the
--         number of the one like it, ms since it got that; or 0, 0 if a block must
--         be reserved}. To reserve: ok, the number up to which the block is reserved, server;
--         unsupported with schema
-- No op or alike is there twice (join.go).
--
-- The block is a hash: upto (reserved), safe (reserved, and no crash can take that back),
-- id (the server that says so). No number above safe is given out. So after a crash every
-- number that was given out is at most upto, whatever became of last.
--
-- Its field since is what those who take numbers have as keys.since. If a server loses that
-- of the description (meta.lua), it is here, together with the numbers that depend on it.
local kept, like, size = arg(), int(), int()
local safe, safe_id, reserve, since = int(), arg(), arg() == '1', arg()
local last_key, block = KEYS[1], KEYS[2]
local b = redis.call('HMGET', block, 'upto', 'safe', 'id', 'since')
if not b[4] then
  redis.call('HSET', block, 'since', since)
elseif b[4] ~= since then
  return { 'unsupported', 'schema' }
end
local last, upto, sure = num(redis.call('GET', last_key)), num(b[1]), num(b[2])

-- look skips the rest of a block of another server, and returns this one.
local function look()
  local id = (size > 0 or b[3]) and identity(b[3]) or ''
  if b[3] and b[3] ~= id then
    if upto > last then
      last = upto
      redis.call('SET', last_key, str(last))
    end
    sure = 0
    redis.call('HSET', block, 'id', id, 'safe', '0')
  end
  return id
end

if reserve then
  local id = look()
  upto = str(math.max(upto, last + size))
  redis.call('HSET', block, 'upto', upto, 'id', id)
  return { 'ok', upto, id }
end

local looked = false
local function take(op)
  if not looked then
    looked = true
    if look() == safe_id and safe > sure then
      sure = safe
      redis.call('HSET', block, 'safe', str(safe))
    end
  end
  if size > 0 and last >= sure then return end
  last = redis.call('INCR', last_key)
  local n = str(last)
  redis.call('SET', op, n, 'PX', kept)
  return n
end

local out, taken = { 'ok' }, {}
for i = 3, #KEYS, 2 do
  local again = arg() == '1'
  local had = redis.call('MGET', KEYS[i], KEYS[i + 1])
  local n, other = had[1], had[2]
  if other and other ~= n and not again then
    out[#out + 1] = { n or '0', other, str(like - redis.call('PTTL', KEYS[i + 1])) }
  else
    n = n or take(KEYS[i])
    if n then redis.call('SET', KEYS[i + 1], n, 'PX', str(like)) end
    taken[#taken + 1] = { n or '0', '0' }
    out[#out + 1] = taken[#taken]
  end
end
for _, one in ipairs(taken) do one[3] = str(sure - last) end
return out
