// Package rest holds what the clients of all platforms' HTTP APIs share.
package rest
