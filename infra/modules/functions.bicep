@description('Name of the function app.')
@minLength(2)
@maxLength(60)
param name string

@description('Name of its plan.')
@minLength(1)
@maxLength(60)
param planName string

@description('Region of both.')
@minLength(1)
@maxLength(64)
param location string

@description('Tags of every resource.')
param tags { *: string }

@description('Resource id of the identity the app runs as.')
@minLength(1)
param identityId string

@description('Container the deployed package lies in.')
@minLength(1)
param packageContainerUrl string

@description('The only web origin whose pages may call the functions, as https://HOST.')
@minLength(9)
@maxLength(260)
param siteOrigin string

@description('App settings by name.')
param settings { *: string }

@description('Memory of an instance; its share of a processor grows with it.')
@allowed([512, 2048, 4096])
param instanceMemoryMB int

@description('Instances the app may grow to.')
@minValue(40)
@maxValue(1000)
param maximumInstanceCount int

@description('Instances kept warm for events and requests.')
@minValue(0)
@maxValue(20)
param alwaysReadyInstances int

@description('Threads of an instance.')
@minValue(5)
@maxValue(32)
param workerThreads int

var framesAtOnce = loadJsonContent('../../host.json', 'extensions.blobs.maxDegreeOfParallelism')

resource plan 'Microsoft.Web/serverfarms@2025-03-01' = {
  // checkov:skip=CKV_AZURE_225: a call on one zone's loss is started again by its participants
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: {
    name: 'FC1'
    tier: 'FlexConsumption'
  }
  properties: {
    reserved: true
  }
}

resource app 'Microsoft.Web/sites@2025-03-01' = {
  // checkov:skip=CKV_AZURE_78: this plan has no FTP, and its publishing password is off below
  // checkov:skip=CKV_AZURE_212: instances come and go with the calls; alwaysReadyInstances keeps some
  // checkov:skip=CKV_AZURE_213: this plan replaces its instances by itself and takes no health check
  // checkov:skip=CKV_AZURE_17: participants are browsers without certificates; they hold signed tickets
  // checkov:skip=CKV_AZURE_222: the same browsers come from any network
  name: name
  location: location
  tags: union(tags, { 'azd-service-name': 'functions' })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identityId}': {}
    }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    keyVaultReferenceIdentity: identityId
    publicNetworkAccess: 'Enabled'
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: packageContainerUrl
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
        }
      }
      runtime: {
        name: 'python'
        version: '3.11'
      }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemoryMB
        maximumInstanceCount: maximumInstanceCount
        // Event Grid calls the blob extension's webhook, which the http group serves, with the
        // blob listener beside it. A cold instance answers 401, and Event Grid drops that event.
        alwaysReady: alwaysReadyInstances == 0 ? [] : [{ name: 'http', instanceCount: alwaysReadyInstances }]
        // Python's default is one request per instance: each heartbeat beside a ticket would
        // open a cold one. The threads that frames leave over take requests.
        triggers: {
          http: {
            perInstanceConcurrency: workerThreads - framesAtOnce
          }
        }
      }
    }
    siteConfig: {
      cors: {
        allowedOrigins: [siteOrigin]
        supportCredentials: false // the page sends its ticket in a header, never a cookie
      }
      http20Enabled: true
      minTlsVersion: '1.2'
    }
  }

  resource appSettings 'config' = {
    // checkov:skip=CKV_AZURE_13: these are the app's variables, not a site's settings; so are the next
    // checkov:skip=CKV_AZURE_63: as above
    // checkov:skip=CKV_AZURE_65: as above
    // checkov:skip=CKV_AZURE_66: as above
    // checkov:skip=CKV_AZURE_80: as above
    // checkov:skip=CKV_AZURE_88: as above
    name: 'appsettings'
    properties: settings
  }

  // Deployments come with an Entra token; the publishing passwords stay off.
  resource ftpPassword 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: {
      allow: false
    }
  }

  resource scmPassword 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: {
      allow: false
    }
  }
}

output origin string = 'https://${app.properties.defaultHostName}'
