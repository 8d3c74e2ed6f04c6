-- uses: values armed
-- Reads a run.
-- KEYS  due, run, runs of its risk
-- ARGV  now, ID
-- Answer: ok, score or '', hash; not_found
local id = arg()
local f = run_of(KEYS[1], KEYS[2], id, KEYS[3])
if not f.st then return { 'not_found' } end
return { 'ok', redis.call('ZSCORE', KEYS[1], id) or '', flat(f) }
