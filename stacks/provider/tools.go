//go:build tools

// Package provider pins the Terraform provider that set-up builds where its registry does not answer.
package provider

import _ "github.com/terraform-providers/terraform-provider-docker"
