-- uses: values
-- Has a term of leading end later, or for good. One that has run out is renewed
-- too, as long as nobody else has led since.
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
