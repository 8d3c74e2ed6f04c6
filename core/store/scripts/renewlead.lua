-- uses: values
-- Extends a term of leadership, or ends it. A term that has run out is extended
-- too, if nobody else has led since.
-- KEYS  the leadership
-- ARGV  now, fence, ms from now (0: it is over), memo
-- Answer: ok; lost
local fence, length, memo = arg(), int(), arg()
local l = fields(redis.call('HGETALL', KEYS[1]))
if l.fence ~= fence or (l.over == fence and length > 0) then return { 'lost', '' } end
l.till, l.memo = str(now + length), memo
if length == 0 then l.over = fence end
redis.call('HSET', KEYS[1], unpack(flat(l)))
return { 'ok' }
