@description('Name of the system topic.')
@minLength(3)
@maxLength(50)
param name string

@description('Region of the storage account.')
@minLength(1)
@maxLength(64)
param location string

@description('Tags of every resource.')
param tags { *: string }

@description('Storage account whose events the topic carries.')
@minLength(3)
@maxLength(24)
param storageAccountName string

resource account 'Microsoft.Storage/storageAccounts@2025-01-01' existing = {
  name: storageAccountName
}

// The topic alone: its subscription needs a key of the deployed app (subscription.bicep).
resource topic 'Microsoft.EventGrid/systemTopics@2025-02-15' = {
  name: name
  location: location
  tags: tags
  properties: {
    source: account.id
    topicType: 'Microsoft.Storage.StorageAccounts'
  }
}
