@description('Name of the vault.')
@minLength(3)
@maxLength(24)
param name string

@description('Region of the vault.')
@minLength(1)
@maxLength(64)
param location string

@description('Tags of every resource.')
param tags { *: string }

@description('Signs the participant tickets. Empty keeps the one in the vault.')
@secure()
@maxLength(512)
param ticketKey string

@description('Asked for when a room is created. Empty keeps the one in the vault.')
@secure()
@maxLength(512)
param roomCreationKey string

@description('STUN and TURN servers as JSON, with their credentials. Empty keeps those in the vault.')
@secure()
@maxLength(4096)
param iceServers string

@description('Secret shared with a TURN server. Empty keeps the one in the vault.')
@secure()
@maxLength(512)
param turnSecret string

@description('Secret of the OpenTok API key. Empty keeps the one in the vault.')
@secure()
@maxLength(512)
param opentokApiSecret string

@description('Private key of the Vonage application, PEM. Empty keeps the one in the vault.')
@secure()
@maxLength(8192)
param vonagePrivateKey string

resource vault 'Microsoft.KeyVault/vaults@2025-05-01' = {
  // checkov:skip=CKV_AZURE_42: soft delete is on by default; without purge protection destroy.sh can give the name back
  // checkov:skip=CKV_AZURE_110: as above; every secret here can be made again
  // checkov:skip=CKV_AZURE_109: the functions have no network of their own to come from; the identity is the gate
  // checkov:skip=CKV_AZURE_189: as above
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: {
      family: 'A'
      name: 'standard'
    }
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 7
    publicNetworkAccess: 'Enabled'
  }
}

// A secret is written only when a value is given: deploying again without one keeps the old.
resource ticketKeySecret 'Microsoft.KeyVault/vaults/secrets@2025-05-01' = if (!empty(ticketKey)) {
  // checkov:skip=CKV_AZURE_41: rotated by hand (docs/deploy.md); an expiry would end every call by surprise
  parent: vault
  name: 'ticket-key'
  properties: {
    value: ticketKey
    contentType: 'text/plain'
  }
}

resource roomCreationKeySecret 'Microsoft.KeyVault/vaults/secrets@2025-05-01' = if (!empty(roomCreationKey)) {
  // checkov:skip=CKV_AZURE_41: as for the ticket key
  parent: vault
  name: 'room-creation-key'
  properties: {
    value: roomCreationKey
    contentType: 'text/plain'
  }
}

resource iceServersSecret 'Microsoft.KeyVault/vaults/secrets@2025-05-01' = if (!empty(iceServers)) {
  // checkov:skip=CKV_AZURE_41: as for the ticket key
  parent: vault
  name: 'ice-servers'
  properties: {
    value: iceServers
    contentType: 'application/json'
  }
}

resource turnSecretSecret 'Microsoft.KeyVault/vaults/secrets@2025-05-01' = if (!empty(turnSecret)) {
  // checkov:skip=CKV_AZURE_41: as for the ticket key
  parent: vault
  name: 'turn-secret'
  properties: {
    value: turnSecret
    contentType: 'text/plain'
  }
}

resource opentokApiSecretSecret 'Microsoft.KeyVault/vaults/secrets@2025-05-01' = if (!empty(opentokApiSecret)) {
  // checkov:skip=CKV_AZURE_41: as for the ticket key
  parent: vault
  name: 'opentok-api-secret'
  properties: {
    value: opentokApiSecret
    contentType: 'text/plain'
  }
}

resource vonagePrivateKeySecret 'Microsoft.KeyVault/vaults/secrets@2025-05-01' = if (!empty(vonagePrivateKey)) {
  // checkov:skip=CKV_AZURE_41: as for the ticket key
  parent: vault
  name: 'vonage-private-key'
  properties: {
    value: vonagePrivateKey
    contentType: 'application/x-pem-file'
  }
}
