package core

import "testing"

func TestNearest(t *testing.T) {
	t.Parallel()
	known := []string{"new", "show", "list", "status", "help", "discovered_at", "in_progress"}
	for typed, want := range map[string]string{
		"nwe": "new", "staus": "status", "SHOW": "show", "lsit": "list", "zzz": "", "": "", "hepl": "help",
		"completely": "", "discoverd_at": "discovered_at", "inprogress": "in_progress",
	} {
		if got := Nearest(typed, known); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", typed, got, want)
		}
	}
}
