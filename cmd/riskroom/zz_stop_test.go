package main

import (
	"os/exec"
	"strings"
	"testing"
	"time"
	"riskroom/adapters/slack/emulator"
)

func TestZZStop(t *testing.T) {
	s := startServe(t)
	r, err := s.slack.SlashCommand(t.Context(), "U0MEI", "", "/risk", "new")
	if err != nil || r.View == nil { t.Fatal(err, r) }
	out, _ := exec.Command("sh", "-c", "ps -eo pid,args | grep '[r]edis-server unixsocket' ").CombinedOutput()
	t.Log(string(out))
	if strings.Count(string(out), "\n") != 1 { t.Skip("others run redis") }
	pid := strings.Fields(string(out))[0]
	sig := func(n string) { exec.Command("kill", n, pid).Run() }
	sig("-STOP")
	defer sig("-CONT")
	for _, line := range []string{"new Ledger module:Payments", "list", "show 1", "status 1 resolved x", "help", "new"} {
		began := time.Now()
		r, err := s.slack.SlashCommand(t.Context(), "U0MEI", "", "/risk", line)
		msg := ""
		if r.Message != nil { msg = r.Message.Plain }
		t.Log(line, time.Since(began), err, msg, r.View != nil)
	}
	v, _ := s.slack.OpenView("U0MEI")
	began := time.Now()
	r, err = s.slack.SubmitView(t.Context(), "U0MEI", v.ID, emulator.Values{"title": {"Through the modal"}, "module": {"Payments"}})
	t.Log("submit", time.Since(began), err, r.Errors)
	sig("-CONT")
	time.Sleep(12*time.Second)
	r, err = s.slack.SubmitView(t.Context(), "U0MEI", v.ID, nil)
	if r.View != nil { t.Log(r.View.Plain) }
	for _, m := range s.slack.Ephemerals("U0MEI") { t.Log("EPH", m.Plain) }
	r, err = s.slack.SlashCommand(t.Context(), "U0MEI", "", "/risk", "list")
	t.Log(r.Message.Plain)
	for _, m := range s.slack.DMs("U0LIN") { t.Log("DM", m.Plain) }
	s.stop()
	<-s.code
}
