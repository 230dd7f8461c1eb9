@description('Name of the storage account.')
@minLength(3)
@maxLength(24)
param name string

@description('Region of the account.')
@minLength(1)
@maxLength(64)
param location string

@description('Tags of every resource.')
param tags { *: string }

@description('The only web origin whose pages may upload frames, as https://HOST.')
@minLength(9)
@maxLength(260)
param siteOrigin string

// Frames live for seconds and rooms for a day: a second region would only copy faces further.
resource account 'Microsoft.Storage/storageAccounts@2025-01-01' = {
  // checkov:skip=CKV_AZURE_35: the browsers of the participants upload from any network; a one-blob SAS is the gate
  // checkov:skip=CKV_AZURE_59: as above, and anonymous access to blobs is off
  // checkov:skip=CKV_AZURE_43: the name comes from a parameter; the tests evaluate it
  // checkov:skip=CKV_AZURE_206: nothing here outlives a day, so nothing is worth replicating
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: {
    name: 'Standard_LRS'
  }
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    allowSharedKeyAccess: false // identities and user-delegation SAS only
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    publicNetworkAccess: 'Enabled'
    supportsHttpsTrafficOnly: true
    networkAcls: {
      bypass: 'AzureServices'
      defaultAction: 'Allow'
    }
  }
}

resource blobService 'Microsoft.Storage/storageAccounts/blobServices@2025-01-01' = {
  parent: account
  name: 'default'
  properties: {
    cors: {
      corsRules: [
        {
          allowedOrigins: [siteOrigin]
          allowedMethods: ['PUT', 'OPTIONS']
          allowedHeaders: [
            'content-type'
            'x-ms-blob-type'
            'x-ms-meta-capturedat'
            'x-ms-meta-correction'
            'x-ms-meta-mode'
            'x-ms-version'
          ]
          exposedHeaders: []
          maxAgeInSeconds: 3600
        }
      ]
    }
    // A deleted frame is gone: no soft delete, no versions, no snapshots.
    deleteRetentionPolicy: {
      enabled: false
    }
    containerDeleteRetentionPolicy: {
      enabled: false
    }
    isVersioningEnabled: false
  }
}

resource framesContainer 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-01-01' = {
  parent: blobService
  name: 'frames'
  properties: {
    publicAccess: 'None'
  }
}

resource roomsContainer 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-01-01' = {
  parent: blobService
  name: 'rooms'
  properties: {
    publicAccess: 'None'
  }
}

resource limitsContainer 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-01-01' = {
  parent: blobService
  name: 'limits'
  properties: {
    publicAccess: 'None'
  }
}

resource packageContainer 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-01-01' = {
  parent: blobService
  name: 'app-package'
  properties: {
    publicAccess: 'None'
  }
}

// The safety net: the app deletes each frame within seconds, a participant when they leave, and what
// counts uses some minutes after its slot.
resource lifecycle 'Microsoft.Storage/storageAccounts/managementPolicies@2025-01-01' = {
  parent: account
  name: 'default'
  properties: {
    policy: {
      rules: [
        {
          name: 'delete-after-a-day'
          enabled: true
          type: 'Lifecycle'
          definition: {
            filters: {
              blobTypes: ['blockBlob', 'appendBlob']
              prefixMatch: ['frames/', 'limits/', 'rooms/']
            }
            actions: {
              baseBlob: {
                delete: {
                  daysAfterModificationGreaterThan: 1
                }
              }
              // An upload ticket's right to create includes snapshots, and they outlive their blob's rule.
              snapshot: {
                delete: {
                  daysAfterCreationGreaterThan: 1
                }
              }
            }
          }
        }
      ]
    }
  }
  dependsOn: [blobService]
}

output blobEndpoint string = account.properties.primaryEndpoints.blob
output queueEndpoint string = account.properties.primaryEndpoints.queue
output packageContainerUrl string = '${account.properties.primaryEndpoints.blob}${packageContainer.name}'
