-- uses: values server
-- Takes the number of the next risk, unless a risk like it has just got one. Or reserves
-- a block of numbers.
-- KEYS  last, op, alike, block
-- ARGV  now, ms to keep the op, ms to keep alike, 1 to file it even if there is one
--       like it, size of a block or 0, the number up to which the block is safe, the
--       server on which it is, reserve (0/1), since
-- Answer: ok, number, 0, numbers left in the block; ok, the op's own number or 0, the
--         number of the one like it, ms since it got that; or ok, 0, 0 if a block must
--         be reserved. To reserve: ok, the number up to which the block is reserved, server;
--         unsupported with schema
--
-- The block is a hash: upto (reserved), safe (reserved, and no crash can take that back),
-- id (the server that says so). No number above safe is given out. So after a crash every
-- number that was given out is at most upto, whatever became of last.
--
-- Its field since is what those who take numbers have as keys.since. If a server loses that
-- of the description (meta.lua), it is here, together with the numbers that depend on it.
local kept, like, again, size = int(), int(), arg(), int()
local safe, safe_id, reserve, since = int(), arg(), arg() == '1', arg()
local had = redis.call('MGET', KEYS[1], KEYS[2], KEYS[3])
local last, n, other = num(had[1]), had[2], had[3]
if not reserve and other and other ~= n and again ~= '1' then
  return { 'ok', n or '0', other, str(like - redis.call('PTTL', KEYS[3])) }
end

local b = redis.call('HMGET', KEYS[4], 'upto', 'safe', 'id', 'since')
if not b[4] then
  redis.call('HSET', KEYS[4], 'since', since)
elseif b[4] ~= since then
  return { 'unsupported', 'schema' }
end
local upto, sure = num(b[1]), num(b[2])
if reserve or not n then
  local id = (size > 0 or b[3]) and identity(b[3]) or ''
  if b[3] and b[3] ~= id then
    if upto > last then
      last = upto
      redis.call('SET', KEYS[1], str(last))
    end
    sure = 0
    redis.call('HSET', KEYS[4], 'id', id, 'safe', '0')
  end
  if reserve then
    upto = str(math.max(upto, last + size))
    redis.call('HSET', KEYS[4], 'upto', upto, 'id', id)
    return { 'ok', upto, id }
  end
  if safe_id == id and safe > sure then
    sure = safe
    redis.call('HSET', KEYS[4], 'safe', str(safe))
  end
  if size > 0 and last >= sure then return { 'ok', '0', '0' } end
  last = redis.call('INCR', KEYS[1])
  n = str(last)
  redis.call('SET', KEYS[2], n, 'PX', str(kept))
end
redis.call('SET', KEYS[3], n, 'PX', str(like))
return { 'ok', n, '0', str(sure - last) }
