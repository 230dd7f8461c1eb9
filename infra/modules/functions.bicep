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
param tags object

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
param settings object

@description('Memory of an instance; its share of a processor grows with it.')
@allowed([512, 2048, 4096])
param instanceMemoryMB int

@description('Instances the app may grow to.')
@minValue(40)
@maxValue(1000)
param maximumInstanceCount int

@description('Instances kept warm for frames.')
@minValue(0)
@maxValue(20)
param alwaysReadyInstances int

resource plan 'Microsoft.Web/serverfarms@2024-04-01' = {
  #checkov:skip=CKV_AZURE_225: a call on one zone's loss is started again by its participants
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

resource app 'Microsoft.Web/sites@2024-04-01' = {
  #checkov:skip=CKV_AZURE_78: this plan has no FTP, and its publishing password is off below
  #checkov:skip=CKV_AZURE_212: instances come and go with the calls; alwaysReadyInstances keeps some
  #checkov:skip=CKV_AZURE_213: this plan replaces its instances by itself and takes no health check
  #checkov:skip=CKV_AZURE_17: participants are browsers without certificates; they hold signed tickets
  #checkov:skip=CKV_AZURE_222: the same browsers come from any network
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
        // The blob group has its own instances: joins and heartbeats do not wait behind readings.
        // A cold app also turns the first Event Grid delivery away, which costs that frame.
        alwaysReady: alwaysReadyInstances == 0 ? [] : [{ name: 'blob', instanceCount: alwaysReadyInstances }]
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

output name string = app.name
output origin string = 'https://${app.properties.defaultHostName}'
