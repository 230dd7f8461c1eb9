// Every role assignment of the deployment, and all of them to the function app's own identity. They
// are named after the identity's name, which is known beforehand, not after its object id: what-if
// tells them. An identity made again under its name needs its old assignments removed first.

@description('Name of the identity the function app runs as.')
@minLength(3)
@maxLength(128)
param identityName string

@description('Object id of the identity the function app runs as.')
@minLength(36)
@maxLength(36)
param principalId string

@description('Storage account of frames, rooms and the host.')
@minLength(3)
@maxLength(24)
param storageAccountName string

@description('SignalR service.')
@minLength(3)
@maxLength(63)
param signalrName string

@description('Azure Face resource; empty where frames are read by the embedded reader alone.')
@maxLength(64)
param faceName string

@description('Key vault.')
@minLength(3)
@maxLength(24)
param vaultName string

@description('Application Insights component.')
@minLength(1)
@maxLength(255)
param insightsName string

var roleIds = {
  cognitiveServicesUser: 'a97b65f3-24c7-4388-baec-2e87135dc908'
  keyVaultSecretsUser: '4633458b-17de-408a-b874-0445c86b69e6'
  monitoringMetricsPublisher: '3913510d-42f4-4e42-8a64-420c390055eb'
  signalrServiceOwner: '7e4f1700-ea5a-4f59-8f37-079cfe29dce3'
  storageBlobDataOwner: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
  storageQueueDataContributor: '974c5e8b-45b9-4653-ba55-5f855dd0fb88'
  storageTableDataContributor: '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
}

resource account 'Microsoft.Storage/storageAccounts@2025-01-01' existing = {
  name: storageAccountName
}

resource signalr 'Microsoft.SignalRService/signalR@2024-03-01' existing = {
  name: signalrName
}

resource face 'Microsoft.CognitiveServices/accounts@2025-06-01' existing = if (!empty(faceName)) {
  name: empty(faceName) ? 'none' : faceName
}

resource vault 'Microsoft.KeyVault/vaults@2025-05-01' existing = {
  name: vaultName
}

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insightsName
}

// Owner, because the host keeps its own containers in the account; it includes the right to ask
// for the user-delegation key that signs upload tickets.
resource readsAndDeletesBlobs 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: account
  name: guid(account.id, identityName, roleIds.storageBlobDataOwner)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds.storageBlobDataOwner)
  }
}

// The blob trigger's webhook puts each event into a queue of the same account.
resource queuesEvents 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: account
  name: guid(account.id, identityName, roleIds.storageQueueDataContributor)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      roleIds.storageQueueDataContributor
    )
  }
}

// The host keeps what went wrong in a table (its diagnostic events).
resource writesDiagnostics 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: account
  name: guid(account.id, identityName, roleIds.storageTableDataContributor)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      roleIds.storageTableDataContributor
    )
  }
}

// Signs the browsers' connections, sends to groups and changes their members.
resource sendsMessages 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: signalr
  name: guid(signalr.id, identityName, roleIds.signalrServiceOwner)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds.signalrServiceOwner)
  }
}

resource asksFace 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(faceName)) {
  scope: face
  name: guid(resourceId('Microsoft.CognitiveServices/accounts', faceName), identityName, roleIds.cognitiveServicesUser)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds.cognitiveServicesUser)
  }
}

resource readsSecrets 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: vault
  name: guid(vault.id, identityName, roleIds.keyVaultSecretsUser)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds.keyVaultSecretsUser)
  }
}

resource writesTelemetry 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: insights
  name: guid(insights.id, identityName, roleIds.monitoringMetricsPublisher)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      roleIds.monitoringMetricsPublisher
    )
  }
}
