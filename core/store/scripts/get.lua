-- uses: values record
-- Reads a risk with everything that belongs to it, or what belongs to a key of groups
-- without a risk.
-- KEYS  as in record.lua
-- ARGV  now
-- Answer: ok, record (record.lua); not_found
local found = record(unpack(KEYS))
if not found then return { 'not_found' } end
return { 'ok', found }
