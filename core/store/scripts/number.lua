-- uses: each server
-- Takes the numbers of the next risks, unless a risk like one of them has just got its own.
-- Or reserves a block of numbers.
-- KEYS  last, block, and of each call: op, alike
-- ARGV  now, ms to keep an op, ms to keep alike, size of a block or 0, the number up to
--       which the block is safe, the server on which it is, reserve (0/1), since, and of each
--       call (as in each.lua): 1 to file it even if there is one like it
-- Answer: ok, and for each call: ok, number, 0, numbers left in the block; ok, the op's own
--         number or 0, the number of the one like it, ms since it got that; ok, 0, 0 if a
--         block must be reserved. To reserve: ok, the number up to which the block is reserved,
--         server; unsupported with schema
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

local numbered = {}
local out = each(2, function()
  local op, alike, again = own(1), own(2), arg() == '1'
  local had = redis.call('MGET', op, alike)
  local n, other = had[1], had[2]
  if other and other ~= n and not again then
    return { 'ok', n or '0', other, str(like - redis.call('PTTL', alike)) }
  end
  n = n or take(op)
  if n then redis.call('SET', alike, n, 'PX', str(like)) end
  local answer = { 'ok', n or '0', '0' }
  numbered[#numbered + 1] = answer
  return answer
end)
for _, answer in ipairs(numbered) do answer[4] = str(sure - last) end
return out
