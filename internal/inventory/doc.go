// Package inventory keeps what exports of Azure say of resources and works out
// of it which NIC held which address, and which VM had which NIC, from when to
// when.
//
// [Import] takes files in: lists of the Azure CLI, ARM and Resource Graph,
// PowerShell's JSON, activity logs, service tags and CSV. Each resource of each
// file becomes an [Observation], kept once however often it is read. [Build]
// makes an [Estate] of all observations.
package inventory
