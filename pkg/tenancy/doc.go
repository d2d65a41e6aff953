// Package tenancy turns the two path segments {tid}/{aid} into a handle on one
// tenant's workspace, and is the only place that can. Stores, caches and key
// rings take that handle instead of a string, so that code which has not
// resolved a workspace cannot name one, and code for one workspace cannot reach
// another.
//
// The zero handle names nothing; Workspace.ID and Tenant.ID panic on it rather
// than let a query run unscoped. Handles are immutable and safe to share.
package tenancy
