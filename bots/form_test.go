package bots

import (
	"fmt"
	"strings"

	"riskroom/core"
)

// formText draws a form with letters, one line a field.
func formText(f Form) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s [%s] [%s]\n", f.Title, f.Submit, f.Cancel)
	for _, x := range f.Fields {
		fmt.Fprintf(&b, "%s %s %q", x.Key, x.Kind, x.Label)
		if x.Required {
			b.WriteString(" required")
		}
		if x.Max > 0 {
			fmt.Fprintf(&b, " max=%d", x.Max)
		}
		if x.Refresh {
			b.WriteString(" refreshes")
		}
		if x.Many {
			b.WriteString(" many")
		}
		for _, o := range x.Options {
			fmt.Fprintf(&b, " %s=%q", o.Key, o.Label)
		}
		if len(x.Initial) > 0 {
			fmt.Fprintf(&b, " initial=%q", x.Initial)
		}
		if len(x.Content) > 0 {
			fmt.Fprintf(&b, " %q", core.Text(x.Content))
		}
		b.WriteString("\n")
	}
	return b.String()
}

const blankForm = `New risk [File] [Cancel]
title text "Title" required max=200
module select "Module" required refreshes Payments="Payments" Core Banking="Core Banking" Nobody's="Nobody's"
severity select "Severity" required low="Low" medium="Medium" high="High" critical="Critical" initial=["medium"]
discovered_at date "Discovered" initial=["2026-11-20"]
due_at date "Due"
description long_text "Description" max=4000
fields.amount number "Amount"
fields.kind select "Kind of loss" money="Money" trust="Loss of trust"
fields.seen date "Seen"
fields.witness people "Witness"
`

const chosenForm = `New risk [File] [Cancel]
title text "Title" required max=200 initial=["Ledger"]
module select "Module" required refreshes Payments="Payments" Core Banking="Core Banking" Nobody's="Nobody's" initial=["Payments"]
handlers select "Handlers" required many lin="lin" @oncall="@oncall" initial=["lin" "@oncall"]
severity select "Severity" required low="Low" medium="Medium" high="High" critical="Critical" initial=["medium"]
discovered_at date "Discovered" initial=["2026-11-20"]
due_at date "Due"
description long_text "Description" max=4000
fields.amount number "Amount"
fields.kind select "Kind of loss" money="Money" trust="Loss of trust"
fields.seen date "Seen"
fields.witness people "Witness"
`

const detailsForm = `R-17 [] [关闭]
 static "填报信息"
 static "标题" "<@U1> *Ledger*"
 static "模块" "Payments"
 static "严重程度" "高"
 static "发现日期" "2026年11月18日 10:00"
 static "截止日期" "2026年12月1日"
 static "描述" "无"
 static "金额" "2.5"
 static "类别" "信誉"
 static "Seen" "无"
 static "Witness" "@oncall"
 static "填报人" "Lin"
 static "填报时间" "2026年11月18日 10:05"
 static "处理信息"
 static "处理人员" "@U0LIN、@oncall"
 static "模块负责人" "wei"
 static "状态" "处理中"
 static "状态更新时间" "2026年11月18日 10:05"
 static "Cause" "无"
 static "备注" "Wei，2026年11月19日 10:05：looking\nWei，2026年11月18日 10:05：looks bad"
 static "处理结果" "无"
 static "重新打开之前" "2026年11月18日 10:05 · Lin：已处理：fixed"
 static "历史记录（从新到旧）" "查看全部：/risk 历史 R-17\n2026年11月19日 10:05 · Wei：备注：looking xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…"
`
