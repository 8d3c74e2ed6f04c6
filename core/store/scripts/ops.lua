-- library: values
-- The last ops of a risk.
--
-- The risk's hash has the last 16 ops in a ring: op:p, where p is the version that the risk
-- had before, modulo 16. It is nonce|op|result. Those that were filed before schema 3 have op:p, nonce:p and result:p.

-- repeated returns whether an op is a repeat of another call ('1') or of this very one
-- ('0'), and its result; nothing if it is new. h is the risk's hash.
local function repeated(h, op, nonce)
  for p = 0, 15 do
    local by, known, result = h['nonce:' .. p], h['op:' .. p], h['result:' .. p]
    if known and not by then by, known, result = string.match(known, '^([^|]*)|([^|]*)|(.*)$') end
    if known == op then return by == nonce and '0' or '1', result end
  end
end
