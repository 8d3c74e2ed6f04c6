package render

// chinese returns the Chinese of what a made-up risk says, by the English.
func chinese() map[string]string {
	return map[string]string{
		"Ledger is off by one": "账目差一分钱",
		"Yesterday's totals differ from the bank's by one cent. The report is in https://example.com/ledger.": "昨天的合计与银行相差一分钱。报告见 https://example.com/ledger",
		"I have asked the bank.":                     "已向银行询问",
		"The rounding is fixed.":                     "舍入问题已修复",
		"an example":                                 "示例",
		"They called back: it happens every Monday.": "对方回电：每周一都会发生",
	}
}
